"""A stand-in for Gazelle: EVSClient, Datahouse and Test Management, as far as Jalon asks them."""
