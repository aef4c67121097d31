/**
 * The page on which people contribute pictures with words: files that are sent as they are. It uses
 * the same interface as everybody else and knows nothing of Kafka.
 */
package io.pairstream.ingest.page;
