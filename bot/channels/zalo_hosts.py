"""Where Zalo keeps what residents attach."""

FILE_HOSTS = (
    "zdn.vn",
    "zadn.vn",
    "dlfl.vn",
    "dlmd.me",
    "flchat.vn",
    "zalo.me",
    "zaloapp.com",
    "zaloplatforms.com",
)
"""The domains of photos, voices, videos and files: these hosts and those under them."""
