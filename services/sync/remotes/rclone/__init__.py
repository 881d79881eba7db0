"""Any cloud that rclone knows as a remote, through one resident `rclone rcd`."""
