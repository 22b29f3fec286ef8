"""The full-screen views: they arrange widgets, turn keys into messages and show what the app hands them."""
