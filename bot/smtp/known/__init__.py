"""What we know of mail providers: their servers, what they ask for, how they are recognised."""
