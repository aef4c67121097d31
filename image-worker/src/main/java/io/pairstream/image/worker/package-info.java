/**
 * The child process that decodes images. The only place that may touch native codecs; started by
 * {@link io.pairstream.image.ImageWorkerPool} and by nothing else. Knows no cleaning step.
 */
package io.pairstream.image.worker;
