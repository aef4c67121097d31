/**
 * Which images are held out. The image digest alone decides, so that every copy of an image, in
 * whatever order and on whatever machine, falls on the same side.
 */
package io.pairstream.cleaning.split;
