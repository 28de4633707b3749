from jalon.cli import main

main(prog_name="jalon")
