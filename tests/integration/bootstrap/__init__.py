"""The program put together, over fakes and over the real things."""
