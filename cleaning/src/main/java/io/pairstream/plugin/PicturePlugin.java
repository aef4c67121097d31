package io.pairstream.plugin;

/** A step that keeps or refuses pictures by their numbers, after the recipe's own limits. */
public interface PicturePlugin extends StepPlugin<Picture> {}
