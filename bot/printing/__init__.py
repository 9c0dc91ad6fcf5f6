"""The printing room: leaflets, the booklet, the pocket pack and what is read aloud."""
