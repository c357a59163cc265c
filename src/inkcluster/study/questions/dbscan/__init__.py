"""Question 5: which `eps` and `min_samples` make DBSCAN say something, and what is noise to it?"""
