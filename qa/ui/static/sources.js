// Runs once, in the sources panel: markers anywhere on the page open what they stand for in this panel.
const behaviour = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
let origin = null;

// Gradio names messages and examples by what they are, where what they show is the better name, and calls buttons a list;
// the names it gives its own buttons are English for whoever reads Italian.
const tidy = () => {
	const { lang, dataset } = document.querySelector("#header [lang]") ?? { dataset: {} };
	if (lang && document.documentElement.lang !== lang) document.documentElement.lang = lang;
	document.querySelector("#conversation .examples[role=list]")?.setAttribute("role", "group");
	const names = JSON.parse(dataset.names ?? "{}");
	for (const node of document.querySelectorAll("[aria-label]")) {
		if (node.matches("#conversation :is([data-testid], .example)")) node.removeAttribute("aria-label");
		const name = names[node.getAttribute("aria-label")];
		if (name && name !== node.getAttribute("aria-label")) node.setAttribute("aria-label", name);
		if (name && node.title) node.title = name;
	}
};
new MutationObserver(tidy).observe(document.body, { subtree: true, childList: true, attributeFilter: ["aria-label"] });

document.addEventListener("click", (event) => {
	const button = event.target.closest?.("button.cite, button.near, button.open, button.back");
	if (!button?.value) return;
	if (button.matches(".cite, .near")) origin = button;
	trigger("select", { address: button.value });
});

const cardsOf = (node) => {
	const claim = node.closest?.(".claim");
	if (!claim) return [];
	const keys = [...claim.querySelectorAll("button.cite")].map((marker) => marker.value);
	return [...element.querySelectorAll(".card")].filter((card) => keys.includes(card.dataset.key));
};
const point = (event) => {
	for (const card of element.querySelectorAll(".card.active")) card.classList.remove("active");
	const cards = cardsOf(event.target);
	for (const card of cards) card.classList.add("active");
};
document.addEventListener("mouseover", point);
document.addEventListener("focusin", point);

watch("value", () => {
	const panel = element.querySelector("section");
	const mark = element.querySelector("mark");
	if (mark) {
		if (element.getBoundingClientRect().top > innerHeight * 0.8 || element.getBoundingClientRect().bottom < 0)
			element.scrollIntoView({ behavior: behaviour, block: "start" });
		panel.scrollTop = mark.offsetTop - panel.clientHeight / 3;
		mark.focus({ preventScroll: true });
	} else {
		panel.scrollTop = 0;
		if (origin?.isConnected && document.activeElement === document.body) origin.focus({ preventScroll: true });
	}
});
