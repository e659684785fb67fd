"use strict";

const charts = JSON.parse(document.getElementById("charts").textContent);
const form = document.getElementById("filters");
const questions = [...document.querySelectorAll(".question")];
const texts = new Map(questions.map((q) => [q, q.firstElementChild.textContent.toLowerCase()]));

function colour(name) {
  // A custom property with light-dark() has to be resolved by an element that uses it.
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = `var(${name})`;
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function draw() {
  const [ink, line, card] = ["--ink", "--line", "--card"].map(colour);
  for (const place of document.querySelectorAll("[data-chart]")) {
    const chart = charts[place.dataset.chart];
    const layout = { ...chart.layout, font: { family: "system-ui, sans-serif", size: 13, color: ink } };
    layout.hoverlabel = { bgcolor: card, bordercolor: line, font: { color: ink } };
    for (const axis of ["xaxis", "yaxis"]) {
      const title = { ...layout[axis]?.title, font: { size: 13 } };
      layout[axis] = { ...layout[axis], title, gridcolor: line, linecolor: line };
    }
    Plotly.react(place, chart.data, layout, { displayModeBar: false, responsive: true });
  }
}

function filter() {
  const wanted = Object.fromEntries(new FormData(form));
  const words = wanted.text.toLowerCase().split(/\s+/);
  let shown = 0;
  for (const question of questions) {
    const fits =
      words.every((word) => texts.get(question).includes(word)) &&
      Object.entries(wanted).every(([name, value]) => name === "text" || !value || question.dataset[name] === value);
    question.hidden = !fits;
    shown += fits;
  }
  document.getElementById("count").textContent = `${shown} of ${questions.length}`;
}

function show(wanted) {
  form.reset();
  for (const [name, value] of Object.entries(wanted)) form.elements[name].value = value;
  filter();
  document.getElementById("questions").scrollIntoView();
}

form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(filter));
document.getElementById("unfold").addEventListener("click", (event) => {
  const open = event.target.textContent === "Open all";
  for (const question of questions) question.open = open && !question.hidden;
  event.target.textContent = open ? "Close all" : "Open all";
});
for (const button of document.querySelectorAll("button[data-set]")) {
  button.addEventListener("click", () => show(Object.fromEntries(new URLSearchParams(button.dataset.set))));
}

draw();
filter();
document.querySelector("[data-chart=categories]").on("plotly_click", (event) => {
  const point = event.points[0];
  const names = { right: "correct", abstained: "missing", wrong: "wrong", crashed: "error" };
  show({ category: point.customdata, outcome: names[point.data.name] });
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
