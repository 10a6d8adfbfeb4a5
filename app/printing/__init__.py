"""Receipt printers: bytes to a printer on the network or on a cable, without ever making anybody wait for it."""
