/**
 * The child process that decodes images. The only place that may touch native codecs; started by
 * {@link io.pairstream.image.ImageWorkerPool} and by nothing else. Knows the values of {@link
 * io.pairstream.cleaning.image}, but no cleaning step.
 */
package io.pairstream.image.worker;
