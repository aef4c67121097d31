package io.pairstream.image.model;

/**
 * What a model is asked about.
 *
 * @param picture null where the model sees none
 * @param caption null where the model sees none
 */
public record ModelQuestion(ShownPicture picture, String caption) {}
