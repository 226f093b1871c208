"""Our way beside raw floors and peers; `make bench` runs what stands here."""
