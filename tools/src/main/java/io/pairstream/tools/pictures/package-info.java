/**
 * The pictures of published pairs by their look: which nearly copy each other, and in which splits.
 */
package io.pairstream.tools.pictures;
