"""The resident rclone that sync speaks to."""
