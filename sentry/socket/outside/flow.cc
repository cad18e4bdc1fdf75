#include "sentry/socket/outside/flow.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include "sentry/socket/outside/gateway.h"

namespace sentry {

OutsideFlow::~OutsideFlow() {
  if (host_.valid()) gateway_.kernel().reactor().Unwatch(host_.get());
}

void OutsideFlow::Open(base::Fd host) {
  host_ = std::move(host);
  Result<void> watched = gateway_.kernel().reactor().Watch(
      host_.get(), EPOLLIN | EPOLLRDHUP, [self = Ref<OutsideFlow>(this)](uint32_t) {
        if (self->ended_) return;
        netstack::Stack::Scope scope(self->gateway_.stack());
        self->Pump();
      });
  if (!watched.ok()) End(EIO);
}

void OutsideFlow::Await(uint32_t epoll_events) {
  if (ended_ || !host_.valid() || epoll_events == 0) return;
  gateway_.kernel().reactor().Rearm(host_.get(), epoll_events);
}

// Called from within the stack: the work is done when it has finished what it is at.
void OutsideFlow::OnReady(uint32_t) {
  if (queued_ || ended_) return;
  queued_ = true;
  gateway_.stack().Defer([self = Ref<OutsideFlow>(this)] {
    self->queued_ = false;
    if (!self->ended_) self->Pump();
  });
}

void OutsideFlow::End(int error) {
  if (ended_) return;
  const Ref<OutsideFlow> keep(this);
  ended_ = true;
  if (netstack::Endpoint* own = endpoint()) {
    own->SetObserver(nullptr);
    own->Close();
  }
  if (host_.valid()) gateway_.kernel().reactor().Unwatch(host_.get());
  host_.reset();
  gateway_.Tell(gofer::BrokerOp::kClose, id_, error);
  gateway_.Forget(id_);
}

}  // namespace sentry
