"""The developer centre: public pages at /developer, made from the route table, its structs and its examples."""
