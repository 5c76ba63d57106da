"""What an action does to a value. Pure; knows neither who asks nor why."""
