"""The main module of every probe's process.

Children of an implementation import it again, so it does nothing on import:
all that runs stands below the guard.
"""

if __name__ == "__main__":
    from mpprobe.runner import main

    main()
