"""What officials and cadres can do in chat, on the same channels as residents."""
