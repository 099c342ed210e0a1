"""One function a use case; the command line, the server and the widgets call these and nothing below them."""
