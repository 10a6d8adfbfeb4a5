"""The console: head office's pages in the browser, made on the server, on the services that the API uses too."""
