"""One model of a workspace, served on this machine as its image would serve it, without a container."""
