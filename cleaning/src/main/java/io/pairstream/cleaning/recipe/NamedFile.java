package io.pairstream.cleaning.recipe;

import java.nio.file.Path;

/**
 * A file that a recipe names.
 *
 * @param path absolute
 * @param sha256 lower-case hex SHA-256 of its content
 */
public record NamedFile(Path path, String sha256) {}
