// Runs in a component whose buttons are pressed: their name and value reach the listener of its `select` event.
element.addEventListener("click", (event) => {
	const button = event.target.closest("button[name]");
	if (!button || (button.dataset.ask && !confirm(button.dataset.ask))) return;
	trigger("select", { action: button.name, source: button.value });
});
