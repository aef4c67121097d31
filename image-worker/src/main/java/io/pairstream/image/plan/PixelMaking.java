package io.pairstream.image.plan;

import java.util.Optional;

/**
 * Pixels of a stored picture, for a model that runs elsewhere.
 *
 * @param fitted how the picture is scaled first; as it is stored where empty
 */
public record PixelMaking(Optional<PictureInput> fitted) implements ModelTask {}
