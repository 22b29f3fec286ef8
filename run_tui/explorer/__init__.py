"""The rooms of the explorer: each joins the screens of one concern to what is read for them."""
