"""The window: pages that draw a state and send intents. All decisions are made below; this is the only user of Qt."""
