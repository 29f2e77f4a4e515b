"""The feature behind `/mailsettings`: the modal, its password, saving, the summary."""
