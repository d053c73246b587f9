"""What is measured: each module is a program that prints what it has found."""
