package io.pairstream.image.model;

import io.pairstream.image.protocol.ShownPicture;

/**
 * A picture, a caption, or both, about which a model is asked.
 *
 * @param picture null where the model sees none
 * @param caption null where the model sees none
 */
public record ModelQuestion(ShownPicture picture, String caption) {}
