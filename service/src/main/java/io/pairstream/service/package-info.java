/** What every service needs once: which cluster it talks to, and with what security. */
package io.pairstream.service;
