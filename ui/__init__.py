"""The window: pages that draw a state and send intents. All decisions are made below; this is the only user of Qt."""

from ui.keep_alive import keep_alive

keep_alive()  # before the first call into Qt
