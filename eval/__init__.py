"""The suite that scores every change: gold questions, metrics, runs and their comparison."""
