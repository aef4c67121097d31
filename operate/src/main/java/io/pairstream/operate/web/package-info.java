/** The operators' service: what the other packages know, by HTTP, and the page that shows it. */
package io.pairstream.operate.web;
