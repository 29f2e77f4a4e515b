"""The vault: keeps sealed records; knows neither SMTP nor Slack."""
