"""How does a whole report look in a browser? One file that asks for nothing."""
