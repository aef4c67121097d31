/** In which order a view's records are handed out; arithmetic alone, with no Kafka in it. */
package io.pairstream.feed.order;
