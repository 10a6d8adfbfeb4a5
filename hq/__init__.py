"""HQ: the server that stations report to. Facts come up and get a verdict; state and authority go down.

`home.open_hq` opens one, `service` answers stations without knowing HTTP, `web` puts that on the network.
"""
