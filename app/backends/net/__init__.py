"""HTTP for every backend: knows neither EWS nor OAuth."""
