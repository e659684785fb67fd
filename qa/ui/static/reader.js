// Runs in a component that shows an article: its marked passage comes into view.
watch("value", () => {
	const panel = element.querySelector("section");
	const mark = element.querySelector("mark");
	const { top, bottom } = element.getBoundingClientRect();
	if (panel.querySelector(".whole") && (top > innerHeight * 0.8 || bottom < 0)) element.scrollIntoView({ block: "start" });
	panel.scrollTop = mark ? mark.offsetTop - panel.clientHeight / 3 : 0;
	mark?.focus({ preventScroll: true });
});
