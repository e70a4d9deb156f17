"""The borders: each module speaks to one foreign thing and translates its errors into ours."""
