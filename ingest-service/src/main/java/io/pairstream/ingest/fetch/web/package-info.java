/**
 * Images from the web, fetched safely, politely and many at a time. Knows addresses, hosts and
 * HTTP; knows nothing of Kafka, nor of what becomes of an image.
 */
package io.pairstream.ingest.fetch.web;
