/** Work that waits for Kafka or for an image worker, off the threads of the HTTP server. */
package io.pairstream.operate.waiting;
