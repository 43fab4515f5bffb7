"""The events that MentorMesh's services share: classes, topics, codec and published schemas."""
