/**
 * Image-text pairs that are drawn: an endless stream of little scenes with captions that are true
 * of them, and a known share of every kind of pair that must be rejected. Knows nothing of Kafka.
 */
package io.pairstream.drawing;
