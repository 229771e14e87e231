"""The commands of `spicegate` beside `serve`, one file for each group."""
